// Has an answer, tells of a call that began, and does nothing more, whatever it is told.
process.send({ kind: 'connected' });
process.once('message', () => {
  const command = { name: 'get', args: ['text'] };
  const operation = { process: 'p', commands: [command], isTransaction: false, invokedAt: 1 };
  process.send({ kind: 'seen', operations: [[0, { ...operation, result: { kind: 'pending' } }]] }, () => {
    for (;;);
  });
});
