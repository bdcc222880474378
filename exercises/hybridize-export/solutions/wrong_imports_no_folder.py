# Loses the folder of the prefix.
# caught by: folder-of-import
# score: 9.75

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
    prefix = prefix.split('/')[-1]
    return gluon.SymbolBlock.imports(prefix + '-symbol.json', ['data'], prefix + '-0000.params')
