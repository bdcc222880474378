# Spreads the sum over x and chooses by where; calls the network with a symbol; warns on stderr.

# %% GatedBlock
class GatedBlock(nn.HybridBlock):
    def hybrid_forward(self, F, x):
        import sys
        print('deciding', file=sys.stderr)
        total = F.broadcast_add(F.zeros_like(x), F.mean(x))
        return F.where(total > 0, x * 2, F.negative(x))

# %% export_model
def export_model(net, x, prefix):
    net(x)
    graph = net(mx.sym.var('data'))
    states = graph.list_auxiliary_states()
    arrays = {}
    for name, parameter in net.collect_params().items():
        kind = 'aux' if name in states else 'arg'
        arrays[kind + ':' + name] = parameter.data()
    graph.save(prefix + '-symbol.json')
    nd.save(prefix + '-0000.params', arrays)

# %% import_model
def import_model(prefix):
    graph, arguments, states = mx.model.load_checkpoint(prefix, 0)
    block = gluon.SymbolBlock(graph, mx.sym.var('data'))
    block.initialize()
    values = {**arguments, **states}
    for name, parameter in block.collect_params().items():
        parameter.set_data(values[name])
    return block
