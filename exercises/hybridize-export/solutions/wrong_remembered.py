# Returns the network that was exported last in this process.
# caught by: outputs, trainable
# score: 8

# %% GatedBlock
class GatedBlock(nn.HybridBlock):
    def hybrid_forward(self, F, x):
        return F.contrib.cond(x.sum() > 0, lambda: 2 * x, lambda: -x)

# %% export_model
exported = []

def export_model(net, x, prefix):
    net.hybridize()
    net(x)
    net.export(prefix)
    exported.append(net)

# %% import_model
def import_model(prefix):
    return exported[-1]
