"""Neuron Atlas: measure every chosen neuron of a vision network, publish one static atlas."""
