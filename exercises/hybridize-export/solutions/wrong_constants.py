# Writes the values into the graph as arrays of its own, so that the block has no parameters.
# caught by: trainable
# score: 9.5

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
    graph, arguments, states = mx.model.load_checkpoint(prefix, 0)

    class Fixed(nn.Block):
        def forward(self, x):
            executor = graph.bind(mx.cpu(), {**arguments, 'data': x}, aux_states=states)
            return executor.forward()[0]

    return Fixed()
