# Multiplies by 2 or -1; traces in a recorded call; loads the file into a SymbolBlock by hand.

# %% GatedBlock
class GatedBlock(nn.HybridBlock):
    def hybrid_forward(self, F, x):
        return F.broadcast_mul(x, 3 * (F.sum(x) > 0) - 1)

# %% export_model
def export_model(net, x, prefix):
    net.hybridize(static_alloc=True, static_shape=True)
    with autograd.record():
        net(x[:1])
    net.export(prefix)
    net.hybridize(False)

# %% import_model
def import_model(prefix):
    block = gluon.SymbolBlock(mx.sym.load(prefix + '-symbol.json'), mx.sym.var('data'))
    block.load_parameters(prefix + '-0000.params')
    return block
