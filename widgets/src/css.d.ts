/** A style sheet's text, which the build has made small. */
declare module '*.css' {
  const text: string;
  export default text;
}
