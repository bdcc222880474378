# Makes a step of training, by which the running statistics move.
# caught by: batch-normalisation, values-kept
# score: 9

# %% GatedBlock
class GatedBlock(nn.HybridBlock):
    def hybrid_forward(self, F, x):
        return F.contrib.cond(x.sum() > 0, lambda: 2 * x, lambda: -x)

# %% export_model
def export_model(net, x, prefix):
    net.hybridize()
    with autograd.record():
        y = net(x)
    y.backward()
    net.export(prefix)

# %% import_model
def import_model(prefix):
    return gluon.SymbolBlock.imports(f'{prefix}-symbol.json', ['data'], f'{prefix}-0000.params')
