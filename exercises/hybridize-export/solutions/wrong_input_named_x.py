# Traces by a symbol with another name.
# caught by: input-name
# score: 9.75

# %% GatedBlock
class GatedBlock(nn.HybridBlock):
    def hybrid_forward(self, F, x):
        return F.contrib.cond(x.sum() > 0, lambda: 2 * x, lambda: -x)

# %% export_model
def export_model(net, x, prefix):
    net(x)
    net(mx.sym.var('x')).save(prefix + '-symbol.json')
    net.collect_params().save(prefix + '-0000.params')

# %% import_model
def import_model(prefix):
    return gluon.SymbolBlock.imports(f'{prefix}-symbol.json', ['data'], f'{prefix}-0000.params')
