# Overrides forward, so that nothing is ever traced.
# caught by: container, exported
# score: 9

# %% GatedBlock
class GatedBlock(nn.HybridBlock):
    def forward(self, x):
        return 2 * x if x.sum().asscalar() > 0 else -x

# %% export_model
def export_model(net, x, prefix):
    net.hybridize()
    net(x)
    net.export(prefix)

# %% import_model
def import_model(prefix):
    return gluon.SymbolBlock.imports(f'{prefix}-symbol.json', ['data'], f'{prefix}-0000.params')
