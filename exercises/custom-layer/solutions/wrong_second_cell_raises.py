# Writes one layer right and has an error in the cell of the other.
# caught by: product, shapes, network-file
# score: 3

# %% CenteredLayer
class CenteredLayer(nn.Block):
    def forward(self, x):
        return x - x.mean()

# %% MyDense
raise RuntimeError("not ready")
