# Returns to one branch when it gets a symbol.
# caught by: both-signs, exported
# score: 7.5

# %% GatedBlock
class GatedBlock(nn.HybridBlock):
    def hybrid_forward(self, F, x):
        if F is nd:
            return 2 * x if x.sum().asscalar() > 0 else -x
        return 2 * x

# %% export_model
def export_model(net, x, prefix):
    net.hybridize()
    net(x)
    net.export(prefix)

# %% import_model
def import_model(prefix):
    return gluon.SymbolBlock.imports(f'{prefix}-symbol.json', ['data'], f'{prefix}-0000.params')
