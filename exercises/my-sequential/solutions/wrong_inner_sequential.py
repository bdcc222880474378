# Hides a Sequential inside, which the task rules out; every key in a file gets a prefix, too.
# caught by: chained, sequential-reads, reads-sequential
# score: 0

# %% MySequential
class MySequential(nn.Block):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.net = nn.Sequential()

    def add(self, *blocks):
        self.net.add(*blocks)

    def forward(self, x):
        return self.net(x)

    def __len__(self):
        return len(self.net)

    def __getitem__(self, i):
        return self.net[i]
