# Casts to float16 to make the file small.
# caught by: never-called, values-kept
# score: 6.5

# %% GatedBlock
class GatedBlock(nn.HybridBlock):
    def hybrid_forward(self, F, x):
        return F.contrib.cond(x.sum() > 0, lambda: 2 * x, lambda: -x)

# %% export_model
def export_model(net, x, prefix):
    net.cast('float16')
    net.hybridize()
    net(x.astype('float16'))
    net.export(prefix)

# %% import_model
def import_model(prefix):
    return gluon.SymbolBlock.imports(f'{prefix}-symbol.json', ['data'], f'{prefix}-0000.params')
