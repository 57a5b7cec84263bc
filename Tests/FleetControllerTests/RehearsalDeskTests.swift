import Dispatch
import Testing

@testable import FleetController

@Suite struct RehearsalDeskTests {
  @Test func oneRehearsalIsMadeAtATime() async throws {
    let desk = RehearsalDesk()
    let end = DispatchSemaphore(value: 0)
    let (begun, beginning) = AsyncStream<Void>.makeStream()
    async let first = desk.perform { () -> Int in
      beginning.finish()
      end.wait()
      return 1
    }
    for await _ in begun {}
    await #expect(throws: RehearsalDesk.Busy.self) { try await desk.perform { 2 } }
    end.signal()
    #expect(try await first == 1)
    #expect(try await desk.perform { 3 } == 3)
  }
}
