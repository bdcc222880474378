# Prints in every call and returns numbers instead of arrays, blocks and files.
# caught by: values, both-signs, never-called, outputs
# score: 0

# %% GatedBlock
class GatedBlock(nn.HybridBlock):
    def hybrid_forward(self, F, x):
        print('x' * 100000)
        return 2.0

# %% export_model
def export_model(net, x, prefix):
    print('x' * 100000)
    return prefix

# %% import_model
def import_model(prefix):
    print('x' * 100000)
    return 3
