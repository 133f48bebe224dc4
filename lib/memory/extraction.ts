export function createExtraction(_o: unknown) {
  return (_userId: string, _source: { messageId: string; sessionId: string }): Promise<void> =>
    Promise.resolve();
}
