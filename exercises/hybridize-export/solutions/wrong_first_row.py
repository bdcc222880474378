# Sums x[0], which is the first row of an array and all of a symbol.
# caught by: one-decision, around-zero
# score: 9

# %% GatedBlock
class GatedBlock(nn.HybridBlock):
    def hybrid_forward(self, F, x):
        return F.contrib.cond(x[0].sum() > 0, lambda: 2 * x, lambda: -x)

# %% export_model
def export_model(net, x, prefix):
    net.hybridize()
    net(x)
    net.export(prefix)

# %% import_model
def import_model(prefix):
    return gluon.SymbolBlock.imports(f'{prefix}-symbol.json', ['data'], f'{prefix}-0000.params')
