# Sets the arguments and leaves the auxiliary states as they are initialised.
# caught by: imported-statistics
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
    block = gluon.SymbolBlock(graph, mx.sym.var('data'))
    block.initialize()
    for name, array in arguments.items():
        block.collect_params()[name].set_data(array)
    return block
