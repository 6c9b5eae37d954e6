/**
 * Shapes describe what an operation takes and gives, once for every protocol: the JSON codec checks types by them,
 * the Query codec reads flattened parameters and writes XML by them. They say what a value *is*; which values an
 * operation accepts is the operation's own rule. Every member may be absent; a missing required one is the operation's to refuse.
 */
export type Shape = StringShape | IntegerShape | DoubleShape | BooleanShape | BlobShape | ListShape | MapShape | StructureShape;

export interface StringShape {
  readonly kind: 'string';
}
export interface IntegerShape {
  readonly kind: 'integer';
}
/** Also points in time where a protocol has them as seconds with a fraction. */
export interface DoubleShape {
  readonly kind: 'double';
}
export interface BooleanShape {
  readonly kind: 'boolean';
}
/** Base64 on the wire, a Buffer inside. */
export interface BlobShape {
  readonly kind: 'blob';
}
/**
 * `name` is the Query parameter and XML element of one item. Flat lists have it in the place of the member's own name
 * (`AttributeName.1`), wrapped ones below that (`Tags.member.1`).
 */
export interface ListShape<M extends Shape = Shape> {
  readonly kind: 'list';
  readonly name: string;
  readonly wrapped: boolean;
  readonly member: M;
  /** JSON: it is there when it is empty too. */
  readonly keepsEmpty?: true;
}
/** Query: `<name>.<n>.<keyName>` and `<name>.<n>.<valueName>`, wrapped or not as with lists. */
export interface MapShape<V extends Shape = Shape> {
  readonly kind: 'map';
  readonly name: string;
  readonly wrapped: boolean;
  readonly keyName: string;
  readonly valueName: string;
  readonly value: V;
}
export interface StructureShape<M extends Members = Members> {
  readonly kind: 'structure';
  readonly members: M;
}
export type Members = { readonly [name: string]: Shape };

/** The TypeScript type of a shape's value. */
export type Infer<S> = S extends StringShape
  ? string
  : S extends IntegerShape | DoubleShape
    ? number
    : S extends BooleanShape
      ? boolean
      : S extends BlobShape
        ? Buffer
        : S extends ListShape<infer M>
          ? readonly Infer<M>[]
          : S extends MapShape<infer V>
            ? { readonly [key: string]: Infer<V> }
            : S extends StructureShape<infer M>
              ? { readonly [name in keyof M]?: Infer<M[name]> | undefined }
              : never;

export const string: StringShape = { kind: 'string' };
export const integer: IntegerShape = { kind: 'integer' };
export const double: DoubleShape = { kind: 'double' };
export const boolean: BooleanShape = { kind: 'boolean' };
export const blob: BlobShape = { kind: 'blob' };

export function list<const M extends Shape>(name: string, member: M): ListShape<M> {
  return { kind: 'list', name, wrapped: false, member };
}

/** A list of the JSON protocols that a reply always has. */
export function steadyList<const M extends Shape>(member: M): ListShape<M> {
  return { kind: 'list', name: 'member', wrapped: true, member, keepsEmpty: true };
}

/** `<Tags><member>...</member></Tags>`. */
export function wrappedList<const M extends Shape>(member: M): ListShape<M> {
  return { kind: 'list', name: 'member', wrapped: true, member };
}

export function map<const V extends Shape>(name: string, keyName: string, valueName: string, value: V): MapShape<V> {
  return { kind: 'map', name, wrapped: false, keyName, valueName, value };
}

/** `<Attributes><entry><key>...</key><value>...</value></entry></Attributes>`. */
export function wrappedMap<const V extends Shape>(keyName: string, valueName: string, value: V): MapShape<V> {
  return { kind: 'map', name: 'entry', wrapped: true, keyName, valueName, value };
}

/** JSON protocols: an object of a reply, as it is. */
export const anyObject = structure({});

export function structure<const M extends Members>(members: M): StructureShape<M> {
  return { kind: 'structure', members };
}
