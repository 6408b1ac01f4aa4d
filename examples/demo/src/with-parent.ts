// Loaded into each application before its own code: it ends when the demo ends, however that ends.
process.once('disconnect', () => process.exit());
process.channel?.unref();
