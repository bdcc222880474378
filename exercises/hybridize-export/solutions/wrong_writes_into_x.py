# Writes the result into its input.
# caught by: input-kept, both-signs, new-shapes, container, gradients, exported
# score: 7.25

# %% GatedBlock
class GatedBlock(nn.HybridBlock):
    def hybrid_forward(self, F, x):
        x[:] = 2 * x if x.sum().asscalar() > 0 else -x
        return x

# %% export_model
def export_model(net, x, prefix):
    net.hybridize()
    net(x)
    net.export(prefix)

# %% import_model
def import_model(prefix):
    return gluon.SymbolBlock.imports(f'{prefix}-symbol.json', ['data'], f'{prefix}-0000.params')
