# Keeps the values of the first export.
# caught by: hybridized-before
# score: 9.5

# %% GatedBlock
class GatedBlock(nn.HybridBlock):
    def hybrid_forward(self, F, x):
        return F.contrib.cond(x.sum() > 0, lambda: 2 * x, lambda: -x)

# %% export_model
known = {}

def export_model(net, x, prefix):
    net.hybridize()
    net(x)
    net.export(prefix)
    first = known.setdefault(id(net), (net, nd.load(prefix + '-0000.params')))[1]
    nd.save(prefix + '-0000.params', first)

# %% import_model
def import_model(prefix):
    return gluon.SymbolBlock.imports(f'{prefix}-symbol.json', ['data'], f'{prefix}-0000.params')
