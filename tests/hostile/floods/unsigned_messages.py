# Messages with a wrong signature and of too few parts are sent; what follows cannot be trusted.
# score: 0

# %% MySequential
kernel = get_ipython().kernel
kernel.iopub_socket.send_multipart([b'topic', b'<IDS|MSG>', b'0' * 64, b'{}', b'{}', b'{}', b'{}'])
kernel.iopub_socket.send_multipart([b'nothing'])


class MySequential(nn.Block):
    pass
