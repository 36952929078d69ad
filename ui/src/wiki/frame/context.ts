import { createContext, useContext } from 'react';

export interface Frame {
  /** Shows the tree over the page, on a phone. */
  openTree: () => void;
  /** Tells the tree which page stands beside it when the address does not say so. */
  show: (id: string | undefined) => void;
  hidden: boolean;
  setHidden: (hidden: boolean) => void;
}

export const FrameContext = createContext<Frame>({ openTree: () => undefined, show: () => undefined, hidden: false, setHidden: () => undefined });
export const useFrame = (): Frame => useContext(FrameContext);
