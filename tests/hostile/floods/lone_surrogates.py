# Text that no file can hold is printed and raised.
# score: 10

# %% MySequential
kernel = get_ipython().kernel
def send(kind, content):
    kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent('shell'))

import json
kernel.session.pack = lambda value: json.dumps(value, default=str).encode()
send('stream', {'name': 'stdout', 'text': 'half a character: \ud800'})
send('display_data', {'data': {'text/plain': '\udfff', 'text/\ud800': 'x'}, 'metadata': {}})


class MySequential(nn.Block):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)

    def add(self, *blocks):
        for block in blocks:
            self.register_child(block)

    def forward(self, x):
        for block in self._children.values():
            x = block(x)
        return x

    def __len__(self):
        return len(self._children)

    def __getitem__(self, i):
        return list(self._children.values())[i]
