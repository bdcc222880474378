# Initialises the graph instead of reading the values.
# caught by: outputs, imported-statistics
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
    block = gluon.SymbolBlock.imports(prefix + '-symbol.json', ['data'])
    block.initialize()
    return block
