# Hides x from the gradient.
# caught by: gradients
# score: 9.75

# %% GatedBlock
class GatedBlock(nn.HybridBlock):
    def hybrid_forward(self, F, x):
        y = F.BlockGrad(x)
        return F.contrib.cond(y.sum() > 0, lambda: 2 * y, lambda: -y)

# %% export_model
def export_model(net, x, prefix):
    net.hybridize()
    net(x)
    net.export(prefix)

# %% import_model
def import_model(prefix):
    return gluon.SymbolBlock.imports(f'{prefix}-symbol.json', ['data'], f'{prefix}-0000.params')
