# Asks x for its shape.
# caught by: both-signs, new-shapes, container, gradients, exported
# score: 7.5

# %% GatedBlock
class GatedBlock(nn.HybridBlock):
    def hybrid_forward(self, F, x):
        total = F.broadcast_to(x.sum().reshape((1,) * len(x.shape)), x.shape)
        return F.where(total > 0, 2 * x, -x)

# %% export_model
def export_model(net, x, prefix):
    net.hybridize()
    net(x)
    net.export(prefix)

# %% import_model
def import_model(prefix):
    return gluon.SymbolBlock.imports(f'{prefix}-symbol.json', ['data'], f'{prefix}-0000.params')
