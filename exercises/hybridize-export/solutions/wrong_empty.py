# Is handed in as it was released.
# caught by: values, both-signs, never-called, outputs
# score: 0

# %% GatedBlock
class GatedBlock(nn.HybridBlock):
    def hybrid_forward(self, F, x):
        raise NotImplementedError()

# %% export_model
def export_model(net, x, prefix):
    raise NotImplementedError()

# %% import_model
def import_model(prefix):
    raise NotImplementedError()
