# A million lines are printed; a right class follows.
# score: 10

# %% MySequential
for _ in range(10):
    print('hostile\n' * 100_000)


{RIGHT}
