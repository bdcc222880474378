# Initialises to be sure, which changes what is deferred.
# caught by: unknown-shapes
# score: 9.5

# %% GatedBlock
class GatedBlock(nn.HybridBlock):
    def hybrid_forward(self, F, x):
        return F.contrib.cond(x.sum() > 0, lambda: 2 * x, lambda: -x)

# %% export_model
def export_model(net, x, prefix):
    net.initialize()
    net.hybridize()
    net(x)
    net.export(prefix)

# %% import_model
def import_model(prefix):
    return gluon.SymbolBlock.imports(f'{prefix}-symbol.json', ['data'], f'{prefix}-0000.params')
