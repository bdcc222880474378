# Outputs lack what each output has, or hold what none has; a right class follows.
# score: 10

# %% MySequential
kernel = get_ipython().kernel
def send(kind, content):
    kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent('shell'))

for kind, content in [('stream', {}), ('stream', {'name': 5, 'text': {}}), ('display_data', {}), ('display_data', {'data': 5}),
                      ('display_data', {'data': {'text/plain': 5}, 'metadata': []}), ('execute_result', {'data': None}),
                      ('error', {}), ('error', {'traceback': 5, 'ename': [], 'evalue': {}}), ('status', {}), ('nonsense', {}), ('clear_output', {}),
                      ('update_display_data', {'transient': {'display_id': []}}), ('display_data', {'data': {}, 'metadata': {}, 'transient': 5}),
                      ('execute_input', {'execution_count': 'many'}), ('comm_open', {}), ('comm_close', {})]:
    send(kind, content)


{RIGHT}
