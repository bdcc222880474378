# Writes the shape in integers of four bytes.
# caught by: list-written, dict-written, one-written, types-written, own-file
# score: 8.75

# %% save_arrays
def save_arrays(path, arrays):
    names = list(arrays) if isinstance(arrays, dict) else []
    values = list(arrays.values()) if names else arrays
    with open(path, 'wb') as file:
        file.write(struct.pack('<QQQ', 0x112, 0, len(values)))
        for array in values:
            a = array.asnumpy()
            file.write(struct.pack(f'<Iii{a.ndim}i', 0xF993FAC9, 0, a.ndim, *a.shape))
            file.write(struct.pack('<iii', 1, 0, 0) + a.tobytes())
        file.write(struct.pack('<Q', len(names)))
        for name in names:
            file.write(struct.pack('<Q', len(name)) + name.encode())

# %% load_arrays
def load_arrays(path):
    return nd.load(path)

# %% save_model
def save_model(net, path):
    net.save_parameters(path)

# %% load_model
def load_model(make_net, path, ctx=mx.cpu()):
    net = make_net()
    net.load_parameters(path, ctx=ctx)
    return net

# %% same_output
def same_output(a, b):
    return a.shape == b.shape and bool((a == b).asnumpy().all())

# %% transfer
def transfer(source_path, net, rename):
    renamed = {rename.get(key, key): array for key, array in nd.load(source_path).items()}
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'net.params')
        net.save_parameters(path)
        keys = list(nd.load(path))
        nd.save(path, renamed)
        net.load_parameters(path, allow_missing=True)
    return [key for key in keys if key not in renamed]
