"""Many variants at once: in batches, by several processes or a cluster, and so that a killed run goes on."""
