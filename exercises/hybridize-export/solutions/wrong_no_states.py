# Leaves the running statistics out of the file.
# caught by: batch-normalisation
# score: 9.5

# %% GatedBlock
class GatedBlock(nn.HybridBlock):
    def hybrid_forward(self, F, x):
        return F.contrib.cond(x.sum() > 0, lambda: 2 * x, lambda: -x)

# %% export_model
def export_model(net, x, prefix):
    net(x)
    graph = net(mx.sym.var('data'))
    names = graph.list_arguments()
    graph.save(prefix + '-symbol.json')
    nd.save(prefix + '-0000.params', {'arg:' + k: p.data() for k, p in net.collect_params().items() if k in names})

# %% import_model
def import_model(prefix):
    return gluon.SymbolBlock.imports(f'{prefix}-symbol.json', ['data'], f'{prefix}-0000.params')
