/** For the endings of package.json, opened by itself. */
export const checkpointViewType = 'checkpointEditor.checkpoint';
/** For any file, when asked for. */
export const anyViewType = 'checkpointEditor.any';
