# Eight gibibytes are asked for, then what can be had; a right class follows.
# score: 10

# %% MySequential
try:
    held = bytearray(8 << 30)
except MemoryError:
    held = None


{RIGHT}
