// How the kernels tell of their calls: over a channel of node:diagnostics_channel, so that they know nobody who
// listens, and a call nobody listens to costs nothing.

/** Name of the channel; its messages are KernelCall, told in the async context of the caller. */
export const KERNEL_CALLS = 'portrait:kernel-calls';

export interface KernelCall {
  /** Class and method: `head.render`, `head-trainer.run`. */
  kernel: string;
  /** Begin and end, ms since 1970; time in the queue of the object counts. */
  start: number;
  end: number;
}
