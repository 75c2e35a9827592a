"""The mistakes people make in backpropagation, each a change of the derivation that is carried through consistently."""
