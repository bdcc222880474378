# Decides before the trace and keeps the decision in an attribute.
# caught by: both-signs, new-shapes
# score: 7.5

# %% GatedBlock
class GatedBlock(nn.HybridBlock):
    def __call__(self, x):
        self.positive = x.sum().asscalar() > 0
        return super().__call__(x)

    def hybrid_forward(self, F, x):
        return 2 * x if self.positive else -x

# %% export_model
def export_model(net, x, prefix):
    net.hybridize()
    net(x)
    net.export(prefix)

# %% import_model
def import_model(prefix):
    return gluon.SymbolBlock.imports(f'{prefix}-symbol.json', ['data'], f'{prefix}-0000.params')
