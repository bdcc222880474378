# Scales x by a step function; exports at once if there is a graph; passes the input as a string.

# %% GatedBlock
class GatedBlock(nn.HybridBlock):
    def hybrid_forward(self, F, x):
        step = F.relu(F.sign(F.sum(x)))
        return F.broadcast_add(F.broadcast_mul(step, 3 * x), -x)

# %% export_model
def export_model(net, x, prefix):
    try:
        net.export(prefix)
    except RuntimeError:
        net.hybridize()
        net(nd.zeros_like(x))
        net.export(prefix, epoch=0)

# %% import_model
def files(prefix):
    return [f'{prefix}-{end}' for end in ('symbol.json', '0000.params')]

def import_model(prefix):
    graph, parameters = files(prefix)
    return gluon.SymbolBlock.imports(graph, 'data', parameters, ctx=mx.cpu(0))
