# Has an if for arrays and cond for symbols; writes the parameters by collect_params.

# %% GatedBlock
class GatedBlock(nn.HybridBlock):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)

    def hybrid_forward(self, F, x):
        total = F.sum(x)
        if F is nd:
            return 2 * x if total.asscalar() > 0 else -x
        return F.contrib.cond(F.broadcast_greater(total, F.zeros((1,))), lambda: x + x, lambda: 0 - x)

# %% export_model
def export_model(net, x, prefix):
    with autograd.predict_mode():
        net(x)
    net(mx.sym.var('data')).save(f'{prefix}-symbol.json')
    net.collect_params().save(f'{prefix}-0000.params')

# %% import_model
def import_model(prefix):
    import warnings
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        block = gluon.SymbolBlock.imports(prefix + '-symbol.json', 'data', ctx=mx.cpu())
        block.collect_params().load(prefix + '-0000.params', ctx=mx.cpu(), cast_dtype=True, dtype_source='saved')
    return block
