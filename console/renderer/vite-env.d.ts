// What vite lets a page or its test import beside code.
declare module '*.css?raw' {
  const text: string;
  export default text;
}
