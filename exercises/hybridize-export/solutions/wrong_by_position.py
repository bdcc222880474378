# Gives the arrays, sorted by name, to the parameters in their order.
# caught by: outputs
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
    block = gluon.SymbolBlock(mx.sym.load(prefix + '-symbol.json'), mx.sym.var('data'))
    block.initialize()
    arrays = nd.load(prefix + '-0000.params')
    for parameter, key in zip(block.collect_params().values(), sorted(arrays)):
        parameter.set_data(arrays[key])
    return block
