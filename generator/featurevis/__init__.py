"""Feature visualization: parametrizations, transforms, objectives and the batched loop."""
