# Writes the parameters of the network itself, without those of its children.
# caught by: never-called, hybridized-before
# score: 7.5

# %% GatedBlock
class GatedBlock(nn.HybridBlock):
    def hybrid_forward(self, F, x):
        return F.contrib.cond(x.sum() > 0, lambda: 2 * x, lambda: -x)

# %% export_model
def export_model(net, x, prefix):
    net(x)
    net(mx.sym.var('data')).save(prefix + '-symbol.json')
    net.params.save(prefix + '-0000.params')

# %% import_model
def import_model(prefix):
    return gluon.SymbolBlock.imports(f'{prefix}-symbol.json', ['data'], f'{prefix}-0000.params')
