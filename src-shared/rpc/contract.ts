/**
 * The contract of an RPC between two processes: both ends of a link derive their types from it, and check their messages
 * by it. The messages below are all that crosses a link, on any transport.
 */
import { z } from 'zod';
import { errorReportSchema } from '../error-report.ts';
import type { ErrorCode } from '../errors.ts';

export type Method = {
  readonly params: z.ZodType;
  readonly result: z.ZodType;
  /** Makes the method a stream: any number of events before the response. */
  readonly event?: z.ZodType;
  /** Longest wait of the client, in milliseconds; null where the method may take any time. */
  readonly deadlineMs: number | null;
  /** The code of the error for parameters that the schema refuses; absent: `request-invalid`. */
  readonly invalidCode?: ErrorCode;
  /** Whether the host passes the request on to its node. */
  readonly passedOn?: true;
};

export type Contract = {
  readonly methods: Readonly<Record<string, Method>>;
  /** The messages that the server sends without a request. */
  readonly notices: Readonly<Record<string, z.ZodType>>;
};

export type MethodName<C extends Contract> = keyof C['methods'] & string;
export type StreamName<C extends Contract> = {
  [N in MethodName<C>]: C['methods'][N] extends { readonly event: z.ZodType } ? N : never;
}[MethodName<C>];
export type NoticeName<C extends Contract> = keyof C['notices'] & string;

/** Parameters as the client sends them: those with a default may be absent. */
export type Params<C extends Contract, N extends MethodName<C>> = z.input<
  C['methods'][N]['params']
>;
/** Parameters as a handler gets them: with all defaults. */
export type ParsedParams<C extends Contract, N extends MethodName<C>> = z.output<
  C['methods'][N]['params']
>;
export type Result<C extends Contract, N extends MethodName<C>> = z.output<
  C['methods'][N]['result']
>;
export type StreamEvent<C extends Contract, N extends MethodName<C>> = C['methods'][N] extends {
  readonly event: infer E extends z.ZodType;
}
  ? z.output<E>
  : never;
export type Notice<C extends Contract, N extends NoticeName<C>> = z.output<C['notices'][N]>;

/** Methods of a contract that the host passes on to its node. */
export type PassedOn<M extends Contract['methods']> = {
  readonly [N in keyof M as M[N] extends { readonly passedOn: true } ? N : never]: M[N];
};

/** The methods that are passed on, without a deadline for the client: the server has one for its own request to the node. */
export function passedOnMethods<const M extends Contract['methods']>(methods: M): PassedOn<M> {
  const passedOn = Object.entries(methods).flatMap(([name, method]) =>
    method.passedOn === true ? [[name, { ...method, deadlineMs: null }]] : [],
  );
  return Object.fromEntries(passedOn) as PassedOn<M>;
}

const idSchema = z.int().min(1);

/** The messages of a client: a request, or the cancellation of one. */
export const clientMessageSchema = z.union([
  z.object({ id: idSchema, method: z.string(), params: z.unknown() }),
  z.object({ cancel: idSchema }),
]);
export type ClientMessage = z.infer<typeof clientMessageSchema>;

/** The messages of a server: one response, a result or an error, to each request, events of streams before it, and notices. */
export const serverMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('result'), id: idSchema, result: z.unknown() }),
  z.object({ type: z.literal('error'), id: idSchema, error: errorReportSchema }),
  z.object({ type: z.literal('event'), id: idSchema, event: z.unknown() }),
  z.object({ type: z.literal('notice'), name: z.string(), value: z.unknown() }),
]);
export type ServerMessage = z.infer<typeof serverMessageSchema>;
