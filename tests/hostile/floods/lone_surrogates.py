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


{RIGHT}
