/** The checks of messages are built from these. */
export * from '../core/guards';
