# Reads the file into a network of its own, by load_parameters.
# caught by: outputs, trainable
# score: 8

# %% GatedBlock
class GatedBlock(nn.HybridBlock):
    def hybrid_forward(self, F, x):
        return F.contrib.cond(x.sum() > 0, lambda: 2 * x, lambda: -x)

# %% export_model
def export_model(net, x, prefix):
    net.hybridize()
    net(x)
    net.export(prefix)

# %% import_model
def import_model(prefix):
    net = nn.HybridSequential()
    net.add(nn.Dense(4, in_units=3), nn.Dense(2, in_units=4))
    net.load_parameters(prefix + '-0000.params')
    return net
