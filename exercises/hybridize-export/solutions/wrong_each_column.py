# Sums over the batch only.
# caught by: one-decision
# score: 9

# %% GatedBlock
class GatedBlock(nn.HybridBlock):
    def hybrid_forward(self, F, x):
        total = x.sum(axis=0, keepdims=True)
        return F.broadcast_mul(x, 3 * (total > 0) - 1)

# %% export_model
def export_model(net, x, prefix):
    net.hybridize()
    net(x)
    net.export(prefix)

# %% import_model
def import_model(prefix):
    return gluon.SymbolBlock.imports(f'{prefix}-symbol.json', ['data'], f'{prefix}-0000.params')
